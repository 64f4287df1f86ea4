// The forms in which a leaked key could appear.

/** A key as bytes, and as text in every notation that programs use for bytes. */
export function keyForms(key: Uint8Array): Buffer[] {
  const bytes = Buffer.from(key);
  return [
    bytes,
    Buffer.from(bytes.toString('utf8')),
    Buffer.from(bytes.toString('latin1')),
    ...(['hex', 'base64', 'base64url'] as const).flatMap((form) => {
      const text = bytes.toString(form).replace(/=+$/, '');
      return [Buffer.from(text), Buffer.from(text.toUpperCase())];
    }),
    Buffer.from([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')),
    Buffer.from([...bytes].join(', ')),
    Buffer.from([...bytes].join(',')),
  ];
}
