/**
 * hsm/storage: an HSM's own database, and the device key that seals every value in it. It must not
 * know what the values mean. Begin at `database.ts`.
 */
export { openDatabase, type Database, type StoredRecord } from './database.ts';
export { openDeviceKey, WrongSecretError, type DeviceSecret } from './device-key.ts';
export { FolderInUseError, lockFolder, type FolderLock } from './folder-lock.ts';
