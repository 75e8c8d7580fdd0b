/** A setting of the installation, by name. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
}
