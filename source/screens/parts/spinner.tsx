import { Text, useAnimation } from 'ink';
import { createContext, use } from 'react';

import { KeepCursor } from './cursor-place.tsx';

const FRAMES = ['|', '/', '-', '\\'] as const;

/** True where nothing that only moves may be shown. */
export const StillContext = createContext(false);

/** Turns four times a second while something runs; mounted only then, so that an idle screen stays still. */
export function Spinner() {
	return use(StillContext) ? <Text color="cyan">*</Text> : <TurningSpinner />;
}

function TurningSpinner() {
	const { frame } = useAnimation({ interval: 250 });
	return (
		<Text color="cyan">
			{FRAMES[frame % FRAMES.length]}
			<KeepCursor />
		</Text>
	);
}
