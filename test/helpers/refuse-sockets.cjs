// Loaded before a program that must not touch the network: whoever opens a socket, asks a name or sends a datagram ends the process.
const dgram = require('node:dgram');
const dns = require('node:dns');
const net = require('node:net');

function refuse(what) {
	return () => {
		process.stderr.write(`a socket was opened: ${what}\n`);
		process.exit(99);
	};
}

net.Socket.prototype.connect = refuse('connect');
dgram.Socket.prototype.send = refuse('send');
dgram.Socket.prototype.connect = refuse('datagram');
dns.lookup = refuse('lookup');
dns.resolve = refuse('resolve');
dns.promises.lookup = refuse('lookup');
