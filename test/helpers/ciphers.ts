// What core is handed for computing under a key, by Node.

import { createCipheriv, createHmac } from 'node:crypto';
import type { Ciphers } from '../../src/core/tech/sev/secret';

export const ciphers: Ciphers = {
  hmac: (key, message) => createHmac('sha256', key).update(message).digest(),
  encrypt: (key, iv, data) => createCipheriv('aes-128-ctr', key, iv).update(data),
};
