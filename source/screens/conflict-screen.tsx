import { Box } from 'ink';

import { conflictOf } from '../failure.ts';
import { layoutOf } from '../layout.ts';
import { listOf, selectedIn } from '../lists.ts';
import type { Page, State } from '../state.ts';
import { span } from '../theme.ts';
import { screenAreas } from '../views/index.ts';
import { paragraph } from './documents/lines.ts';
import { DetailPane } from './parts/detail-pane.tsx';
import { ListPane } from './parts/list-pane.tsx';

/** Why there is no solution, and changes that were tried and do solve. */
export function ConflictScreen({ state, page }: { readonly state: State; readonly page: Extract<Page, { readonly type: 'conflict' }> }) {
	const layout = layoutOf(state.size);
	const { main, detail } = screenAreas(state);
	const { suggestions } = conflictOf(page.failure);
	const list = listOf(state);
	return (
		<Box height={layout.bodyRows} flexDirection={layout.isWide ? 'row' : 'column'}>
			<ListPane
				title="What would work"
				size={main}
				items={list.items}
				selected={selectedIn(state, list)}
				rowAt={(index) => [span(`${index + 1}. ${suggestions[index]?.sentence ?? ''}`)]}
				placeholder={(width) =>
					paragraph('No single change solves it. The reasons say which wishes exclude each other; nothing has changed.', width)
				}
			/>
			<DetailPane state={state} size={detail} title="Conflict" />
		</Box>
	);
}
