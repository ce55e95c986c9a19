import { describe } from 'vitest';

import { sameAsNode } from './both.ts';

const START = `
const c = require('crypto');
const pair = c.createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: 'NYwipIPU6bLLskjDThtj0aVvYAiEw0mCuJK4PLFDKos', d: 'a0Z7PVFM1C7jR2JwBiwjg0u9_n4WNC8LOIrQ6bAd4Dg' } });
`;

describe("node's crypto", () => {
	sameAsNode(
		Object.fromEntries(
			Object.entries({
				'keys are derived': `
					const later = (name, ...args) => new Promise((resolve, reject) => c[name](...args, (error, key) => error ? reject(error) : resolve(hex(key))));
					return [hex(c.pbkdf2Sync('p', 's', 10, 20, 'sha1')), hex(c.hkdfSync('sha256', 'k', 's', 'i', 33)), hex(c.scryptSync('p', 's', 32, { N: 1024 })), await later('pbkdf2', 'p', 's', 1, 8, 'sha512'), await later('scrypt', 'p', 's', 8), await later('hkdf', 'sha1', 'k', '', '', 8)];`,
				ciphers: `
					const seen = []; const key = Buffer.alloc(32, 1); const iv = Buffer.alloc(16, 2);
					for (const name of ['aes-256-cbc', 'aes-256-ctr']) { const cipher = c.createCipheriv(name, key, iv); const sealed = cipher.update('text ', 'utf8', 'hex') + cipher.update('more', 'utf8', 'hex') + cipher.final('hex'); const plain = c.createDecipheriv(name, key, iv); seen.push(sealed, plain.update(sealed, 'hex', 'utf8') + plain.final('utf8')); }
					return seen;`,
				'ciphers with a tag': `
					const key = Buffer.alloc(16, 1); const iv = Buffer.alloc(12, 2);
					const cipher = c.createCipheriv('aes-128-gcm', key, iv); cipher.setAAD(Buffer.from('a')); const sealed = Buffer.concat([cipher.update('text'), cipher.final()]); const tag = cipher.getAuthTag();
					const open = (given) => { const plain = c.createDecipheriv('aes-128-gcm', key, iv); plain.setAAD(Buffer.from('a')); plain.setAuthTag(given); return Buffer.concat([plain.update(sealed), plain.final()]).toString(); };
					return [hex(sealed), hex(tag), open(tag), (await tell(() => open(Buffer.alloc(16)))).split(' ')[0], (await tell(() => c.createCipheriv('nothing', key, iv)))];`,
				signatures: `
					const open = c.createPublicKey(pair); const signature = c.sign(null, Buffer.from('x'), pair);
					return [hex(signature), c.verify(null, Buffer.from('x'), open, signature), c.verify(null, Buffer.from('y'), open, signature), open.export({ format: 'pem', type: 'spki' }), pair.export({ format: 'pem', type: 'pkcs8' }), pair.asymmetricKeyType, open.type, open.equals(c.createPublicKey(open.export({ format: 'pem', type: 'spki' }))), open.export({ format: 'jwk' })];`,
				'pairs, signed piece by piece': `
					const { publicKey, privateKey } = c.generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
					const signature = c.createSign('SHA256').update('a').update('b').sign(privateKey, 'base64');
					return [c.createVerify('SHA256').update('ab').verify(publicKey, signature, 'base64'), c.createVerify('SHA256').update('ac').verify(publicKey, signature, 'base64'), publicKey.split('\\n')[0], typeof c.generateKeyPairSync('ed25519').privateKey.export];`,
			}).map(([name, body]) => [name, START + body]),
		),
	);
});
