/**
 * Sets a member whose name was chosen by a client: `__proto__` is a name like any other. It is for
 * objects that become JSON. Objects without a prototype would not need this care, but take several
 * times as long to serialize.
 */
export function setOwn<V>(target: Record<string, V>, name: string, value: V): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else target[name] = value;
}
