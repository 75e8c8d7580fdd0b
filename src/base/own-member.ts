/**
 * Sets a member whose name somebody else chose: `__proto__` is a name like any other. For what becomes JSON: objects
 * without a prototype, which need no such care, take several times as long to write.
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
