import { Box, Text } from 'ink';

import { cleanLine, fit, graphemes, textWidth, wrapText } from '../format.ts';
import { keyNames } from '../key-bindings.ts';
import { insideOf, layoutOf } from '../layout.ts';
import type { FormField, Page, RunForm, State } from '../state.ts';
import { lineOf } from '../terminal/index.ts';
import { useClickArea } from './parts/click-areas.tsx';
import { Pane } from './parts/pane.tsx';
import { TextField } from './parts/text-field.tsx';

/** Title bar, top border, and below the description a blank. */
const ROWS_ABOVE = 3;
const MOST_DESCRIPTION_ROWS = 4;
/** Blanks, what is wrong, and the buttons. */
const ROWS_BELOW = 5;

/** The input of a task, field by field. */
export function RunFormScreen({ state, page }: { readonly state: State; readonly page: Extract<Page, { readonly type: 'form' }> }) {
	const layout = layoutOf(state.size);
	const { form } = page;
	const inside = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	const title = titleOf(form);
	const description = wrapText(form.description === '' ? 'No description.' : form.description, inside.columns).slice(
		0,
		MOST_DESCRIPTION_ROWS,
	);
	const labelWidth = labelWidthOf(form, inside.columns);
	// A form longer than the screen shows the part around its focused field.
	const hasButtons = inside.rows >= description.length + form.fields.length + ROWS_BELOW;
	const visibleRows = Math.max(1, inside.rows - 3 - description.length);
	const first = Math.max(0, Math.min(form.focused - visibleRows + 1, form.fields.length - 1));
	return (
		<Pane title={title} columns={layout.columns} rows={layout.bodyRows} isFocused>
			{description.map((line) => (
				<Text key={line} wrap="truncate" {...(form.about === 'apply' && form.target !== '' ? { color: 'yellow' } : { dimColor: true })}>
					{line}
				</Text>
			))}
			<Text> </Text>
			{form.fields.slice(first, first + visibleRows).map((field, slot) => (
				<Field
					key={field.name}
					field={field}
					isFocused={first + slot === form.focused}
					labelWidth={labelWidth}
					row={ROWS_ABOVE + description.length + slot}
					index={first + slot}
					columns={inside.columns}
				/>
			))}
			<Text> </Text>
			<Text color="red" wrap="truncate">
				{form.problem === null ? '' : `! ${form.problem}`}
			</Text>
			{hasButtons ? <Buttons state={state} /> : null}
		</Pane>
	);
}

/** As wide as the longest label, but never more than half of the form: the text beside it is what counts. */
function labelWidthOf({ fields }: RunForm, columns: number): number {
	const longest = Math.max(...fields.map((field) => textWidth(field.label) + (field.required ? 2 : 0)));
	return Math.min(longest + 4, Math.floor(columns / 2));
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
		case 'apply':
			return target === '' ? 'Why do you accept this?' : 'It widens rights or loses trust: type the name to go on';
		case 'setting':
			return `Setting: ${cleanLine(target)}`;
		case 'registry':
			return 'Name a registry';
		case 'sign-in':
			return `Sign in to ${target === '' ? 'the default registry' : `the registry of ${cleanLine(target)}`}`;
		case 'except':
			return `Except ${cleanLine(target)} from a rule`;
		case 'limits':
			return `Limits of ${cleanLine(target)}`;
	}
}

type FieldProps = {
	readonly field: FormField;
	readonly isFocused: boolean;
	readonly labelWidth: number;
	readonly row: number;
	readonly columns: number;
	readonly index: number;
};

function Field({ field, isFocused, labelWidth, row, columns, index }: FieldProps) {
	const area = useClickArea(() => ({ type: 'field', index }));
	return (
		<Box ref={area} height={1} width={columns}>
			<Text {...(isFocused ? { color: 'cyan', bold: true } : {})}>
				{fit(`${isFocused ? '>' : ' '} ${field.label}${field.required ? ' *' : ''}`, labelWidth)}
			</Text>
			<TextField
				line={field.kind === 'secret' ? masked(field.line) : field.line}
				placeholder={field.kind === 'text' ? (field.required ? 'type it here' : 'may be left empty') : PLACEHOLDERS[field.kind]}
				width={Math.max(10, columns - labelWidth)}
				isFocused={isFocused}
				column={labelWidth + 2}
				row={row}
			/>
		</Box>
	);
}

const BUTTON_GAP = '   ';

/** What ends a form, for who looks for a way out of it or has a mouse. */
function Buttons({ state }: { readonly state: State }) {
	const key = keyNames(state);
	const take = `[ ${key('submit', 'form')}  go on ]`;
	const leave = `[ ${key('back', 'form')}  leave ]`;
	const area = useClickArea((column) => {
		const start = textWidth(take) + BUTTON_GAP.length;
		const command = column < textWidth(take) ? 'submit' : column >= start && column < start + textWidth(leave) ? 'back' : null;
		return command === null ? null : { type: 'command', command };
	});
	return (
		<Box ref={area} marginTop={1} height={1}>
			<Text wrap="truncate">
				<Text bold color="cyan">
					{take}
				</Text>
				<Text dimColor>{`${BUTTON_GAP}${leave}`}</Text>
			</Text>
		</Box>
	);
}

const PLACEHOLDERS: Readonly<Record<Exclude<FormField['kind'], 'text'>, string>> = {
	number: 'number',
	boolean: 'true or false',
	json: 'JSON',
	secret: 'what is typed or pasted is not shown',
};

/** As long as what was typed, so that a paste can be seen to have arrived, and nothing of it. */
function masked({ before, after }: FormField['line']): FormField['line'] {
	return lineOf('*'.repeat(graphemes(before + after).length));
}
