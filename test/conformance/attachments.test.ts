import { conform } from './harness/conform.ts';
import { attachmentTables } from './tables.ts';

conform('operations on what hangs on keys', attachmentTables);
