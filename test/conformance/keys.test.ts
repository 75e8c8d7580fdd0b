import { conform } from './harness/conform.ts';
import { keyTables } from './tables.ts';

conform('operations on keys', keyTables);
