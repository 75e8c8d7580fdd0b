/** A value of the installation itself, by name. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
}
