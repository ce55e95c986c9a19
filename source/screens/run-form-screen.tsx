import { Box, Text } from 'ink';

import { cleanLine, fit } from '../format.ts';
import { layoutOf } from '../layout.ts';
import type { FormField, Page, RunForm, State } from '../state.ts';
import { insideOf } from '../views.ts';
import { Pane } from './parts/pane.tsx';
import { TextField } from './parts/text-field.tsx';

const LABEL_WIDTH = 22;
/** Title bar, top border, description, blank. */
const FIRST_FIELD_ROW = 4;

/** The input of a task, field by field. */
export function RunFormScreen({ state, page }: { readonly state: State; readonly page: Extract<Page, { readonly type: 'form' }> }) {
	const layout = layoutOf(state.size);
	const { form } = page;
	const inside = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	const title = titleOf(form);
	// A form longer than the screen shows the part around its focused field.
	const visibleRows = Math.max(1, inside.rows - 4);
	const first = Math.max(0, Math.min(form.focused - visibleRows + 1, form.fields.length - 1));
	return (
		<Pane title={title} columns={layout.columns} rows={layout.bodyRows} isFocused>
			<Text dimColor wrap="truncate">
				{form.description === '' ? 'No description.' : form.description}
			</Text>
			<Text> </Text>
			{form.fields.slice(first, first + visibleRows).map((field, slot) => (
				<Field
					key={field.name}
					field={field}
					isFocused={first + slot === form.focused}
					row={FIRST_FIELD_ROW + slot}
					columns={inside.columns}
				/>
			))}
			<Text> </Text>
			<Text color="red" wrap="truncate">
				{form.problem === null ? '' : `! ${form.problem}`}
			</Text>
		</Pane>
	);
}

function titleOf({ about, target, task }: RunForm): string {
	switch (about) {
		case 'run':
			return `Run ${cleanLine(target)}${task === null ? '' : `: ${cleanLine(task)}`}`;
		case 'endorse':
			return `Endorse ${cleanLine(target)}`;
		case 'reject':
			return `Reject ${cleanLine(target)}`;
		case 'import':
			return 'Take in what others signed';
		case 'except':
			return `Except ${cleanLine(target)} from a rule`;
		case 'limits':
			return `Limits of ${cleanLine(target)}`;
	}
}

type FieldProps = { readonly field: FormField; readonly isFocused: boolean; readonly row: number; readonly columns: number };

function Field({ field, isFocused, row, columns }: FieldProps) {
	return (
		<Box height={1}>
			<Text {...(isFocused ? { color: 'cyan', bold: true } : {})}>
				{fit(`${isFocused ? '>' : ' '} ${field.label}${field.required ? ' *' : ''}`, LABEL_WIDTH)}
			</Text>
			<TextField
				line={field.line}
				placeholder={
					field.kind === 'text' ? 'text' : field.kind === 'json' ? 'JSON' : field.kind === 'boolean' ? 'true or false' : 'number'
				}
				width={Math.max(10, columns - LABEL_WIDTH)}
				isFocused={isFocused}
				column={LABEL_WIDTH + 2}
				row={row}
			/>
		</Box>
	);
}
