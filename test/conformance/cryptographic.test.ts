import { conform } from './harness/conform.ts';
import { cryptographicTables } from './tables.ts';

conform('cryptographic operations', cryptographicTables);
