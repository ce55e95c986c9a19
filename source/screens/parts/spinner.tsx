import { Text, useAnimation } from 'ink';

import { KeepCursor } from './cursor-place.tsx';

const FRAMES = ['|', '/', '-', '\\'] as const;

/** Turns four times a second while something runs; mounted only then, so that an idle screen stays still. */
export function Spinner() {
	const { frame } = useAnimation({ interval: 125 });
	return (
		<Text color="cyan">
			{FRAMES[frame % FRAMES.length]}
			<KeepCursor />
		</Text>
	);
}
