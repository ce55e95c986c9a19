async function work(): Promise<void> {}

export function start(): void {
	work();
}
