import { useEffect, useRef, useState } from 'react';

const SETTLING_MILLISECONDS = 80;

/**
 * The given value, but while ids follow each other quickly the one before: what is beside a list need not be drawn and sent for every item
 * that a held key races past. The first change after a pause shows at once.
 */
export function useSettled<T extends { readonly id: string }>(current: T | null): T | null {
	const [settled, setSettled] = useState(current);
	const lastChange = useRef(Number.NEGATIVE_INFINITY);
	const id = current?.id ?? null;
	const isSettled = id === (settled?.id ?? null);
	useEffect(() => {
		if (isSettled) {
			return;
		}

		const elapsed = performance.now() - lastChange.current;
		lastChange.current = performance.now();
		if (elapsed > SETTLING_MILLISECONDS) {
			setSettled(current);
			return;
		}

		const timer = setTimeout(() => {
			setSettled(current);
		}, SETTLING_MILLISECONDS);
		return () => {
			clearTimeout(timer);
		};
		// Only another item starts the wait anew; news about the same one do not.
		// oxlint-disable-next-line react-hooks/exhaustive-deps
	}, [id, isSettled]);
	return isSettled ? current : settled;
}
