import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

const REFUSED_V4: readonly (readonly [string, number])[] = [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.0.0.0', 24],
	['192.0.2.0', 24],
	['192.88.99.0', 24],
	['192.168.0.0', 16],
	['198.18.0.0', 15],
	['198.51.100.0', 24],
	['203.0.113.0', 24],
	['224.0.0.0', 4],
	['240.0.0.0', 4],
];

// Inside the one global block: documentation, what protocols keep for themselves (Teredo, ORCHID ...), and the tunnels that carry a v4
// address nobody checked. What translates to v4 (NAT64, mapped, compatible) lies outside of that block, with all that is local.
const REFUSED_V6: readonly (readonly [string, number])[] = [
	['2001:db8::', 32],
	['2001::', 23],
	['2002::', 16],
	['3ffe::', 16],
	['3fff::', 20],
];

const refused = new BlockList();
for (const [network, prefix] of REFUSED_V4) {
	refused.addSubnet(network, prefix, 'ipv4');
}

for (const [network, prefix] of REFUSED_V6) {
	refused.addSubnet(network, prefix, 'ipv6');
}

const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * True for an address of the public internet; mapped, translated, tunnelled, private, shared, link-local and reserved ones are not, nor is
 * one with a zone, which means something only on one machine.
 */
export function isPublicAddress(address: string): boolean {
	if (address.includes('%')) {
		return false;
	}

	switch (isIP(address)) {
		case 4:
			return !refused.check(address, 'ipv4');
		case 6:
			return globalV6.check(address, 'ipv6') && !refused.check(address, 'ipv6');
		default:
			return false;
	}
}

/** Whether it is one of this machine's own, as an interface has it: what listens here may be meant for nobody else. */
export function isOwnAddress(address: string): boolean {
	const family = isIP(address);
	const own = new BlockList();
	for (const { address: known, family: kind } of Object.values(networkInterfaces()).flatMap((all) => all ?? [])) {
		own.addAddress(known, kind === 'IPv4' ? 'ipv4' : 'ipv6');
	}

	return family !== 0 && own.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

export function isLoopbackAddress(address: string): boolean {
	const family = isIP(address);
	return family !== 0 && loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
