const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Formats a time in ISO 8601 basic format, as in X-Amz-Date: `20150830T123600Z`. */
export function formatTimestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/**
 * Parses ISO 8601 basic format to milliseconds since the epoch. Returns undefined if the text is
 * malformed.
 */
export function parseTimestamp(text: string): number | undefined {
  const match = BASIC.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/**
 * Returns a `parseTimestamp` that caches one result: all clients send the same text in a second.
 */
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
