import { conform } from './harness/conform.ts';
import { customKeyStoreTables } from './tables.ts';

conform('operations on custom key stores', customKeyStoreTables);
