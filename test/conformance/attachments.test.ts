import { conform } from './harness/conform.ts';
import { attachmentTables } from './tables.ts';

conform('operations on aliases, tags, policies and grants', attachmentTables);
