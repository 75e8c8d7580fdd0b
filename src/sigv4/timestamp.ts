const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** ISO 8601 basic form, as in X-Amz-Date: `20150830T123600Z`. */
export function formatTimestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Milliseconds since the epoch; undefined if the text is not a date in ISO 8601 basic form. */
export function parseTimestamp(text: string): number | undefined {
  const match = BASIC.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** `parseTimestamp` that remembers its last answer: within a second, clients all send the same text. */
export function rememberingParser(): typeof parseTimestamp {
  let last = '';
  let time: number | undefined;
  return (text) => {
    if (text !== last) {
      time = parseTimestamp(text);
      last = text;
    }
    return time;
  };
}
