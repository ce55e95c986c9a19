import { fileURLToPath } from 'node:url';

import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import type { SKRSContext2D } from '@napi-rs/canvas';
import type xterm from '@xterm/headless';

type Cell = NonNullable<ReturnType<xterm.IBuffer['getNullCell']>>;

/** The colours of the terminal in which the pictures are taken: a ground, a text, and the sixteen that have numbers. */
export type Colours = { readonly ground: string; readonly text: string; readonly numbered: readonly string[] };

export const DARK: Colours = {
	ground: '#14171f',
	text: '#d6dae3',
	numbered:
		'#2a2f3a #f7768e #9ece6a #e0af68 #7aa2f7 #bb9af7 #5fd7e0 #c0c6d4 #717a8f #ff8fa3 #b5e08a #f2c68a #9dbcff #d0b6ff #8cebf1 #ffffff'.split(
			' ',
		),
};

export const LIGHT: Colours = {
	ground: '#fbfbf8',
	text: '#22262e',
	numbered:
		'#22262e #b3261e #2e7d32 #8a5a00 #1e55b3 #7b2fa8 #0b7285 #5b6270 #808896 #c9372f #388e3c #9b6a10 #2c66cc #8e44c0 #0f8a9f #000000'.split(
			' ',
		),
};

/** The font is 1.32 times as high as its size and 0.6 times as wide, so that the lines of boxes meet. */
const FONT_SIZE = 50 / 3;
const CELL = { width: 10, height: 22 } as const;
const MARGIN = 14;
/** The one sign of the app that the font does not have. */
const RING = '○';
const LEVELS = [0, 95, 135, 175, 215, 255] as const;

/** The screen as a terminal would show it, as the bytes of a PNG file. */
export function drawScreen(screen: xterm.Terminal, colours: Colours): Buffer {
	loadFonts();
	const canvas = createCanvas(screen.cols * CELL.width + 2 * MARGIN, screen.rows * CELL.height + 2 * MARGIN);
	const pen = canvas.getContext('2d');
	pen.fillStyle = colours.ground;
	pen.fillRect(0, 0, canvas.width, canvas.height);
	pen.textBaseline = 'alphabetic';
	const buffer = screen.buffer.active;
	for (let row = 0; row < screen.rows; row += 1) {
		for (let column = 0; column < screen.cols; column += 1) {
			const cell = buffer.getLine(buffer.baseY + row)?.getCell(column);
			if (cell !== undefined && cell.getWidth() > 0) {
				drawCell(pen, cell, { x: MARGIN + column * CELL.width, y: MARGIN + row * CELL.height, colours });
			}
		}
	}

	return canvas.toBuffer('image/png');
}

function drawCell(pen: SKRSContext2D, cell: Cell, at: { readonly x: number; readonly y: number; readonly colours: Colours }): void {
	const { x, y, colours } = at;
	const [front, back] = [frontOf(cell, colours), backOf(cell, colours)];
	const [text, ground] = cell.isInverse() === 0 ? [front, back] : [back, front];
	const width = CELL.width * cell.getWidth();
	if (ground !== colours.ground) {
		pen.fillStyle = ground;
		pen.fillRect(x, y, width, CELL.height);
	}

	const characters = cell.getChars().trim();
	if (characters === '' && cell.isUnderline() === 0) {
		return;
	}

	pen.globalAlpha = cell.isDim() === 0 ? 1 : 0.6;
	pen.fillStyle = text;
	pen.font = `${FONT_SIZE}px "${cell.isBold() === 0 ? 'Plain' : 'Strong'}"`;
	if (characters === RING) {
		drawRing(pen, { x: x + CELL.width / 2, y: y + CELL.height / 2, colour: text });
	} else {
		pen.fillText(characters, x, y + FONT_SIZE);
	}

	if (cell.isUnderline() !== 0) {
		pen.fillRect(x, y + CELL.height - 3, width, 1);
	}

	pen.globalAlpha = 1;
}

function drawRing(pen: SKRSContext2D, { x, y, colour }: { readonly x: number; readonly y: number; readonly colour: string }): void {
	pen.strokeStyle = colour;
	pen.lineWidth = 1.5;
	pen.beginPath();
	pen.arc(x, y, CELL.width * 0.36, 0, 2 * Math.PI);
	pen.stroke();
}

function frontOf(cell: Cell, colours: Colours): string {
	if (cell.isFgDefault()) {
		return colours.text;
	}

	return cell.isFgRGB() ? hex(cell.getFgColor()) : paletteColour(cell.getFgColor(), colours);
}

function backOf(cell: Cell, colours: Colours): string {
	if (cell.isBgDefault()) {
		return colours.ground;
	}

	return cell.isBgRGB() ? hex(cell.getBgColor()) : paletteColour(cell.getBgColor(), colours);
}

/** One of the 256 that terminals agree on: sixteen of its own, a cube of 216 and 24 greys. */
function paletteColour(index: number, colours: Colours): string {
	if (index < 16) {
		return colours.numbered[index] ?? colours.text;
	}

	if (index >= 232) {
		const level = 8 + (index - 232) * 10;
		return `rgb(${level}, ${level}, ${level})`;
	}

	const place = index - 16;
	const [red, green, blue] = [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map((step) => LEVELS[step] ?? 0);
	return `rgb(${red}, ${green}, ${blue})`;
}

function hex(colour: number): string {
	return `#${colour.toString(16).padStart(6, '0')}`;
}

function loadFonts(): void {
	if (!GlobalFonts.has('Plain')) {
		GlobalFonts.registerFromPath(
			fileURLToPath(import.meta.resolve('@expo-google-fonts/jetbrains-mono/400Regular/JetBrainsMono_400Regular.ttf')),
			'Plain',
		);
		GlobalFonts.registerFromPath(
			fileURLToPath(import.meta.resolve('@expo-google-fonts/jetbrains-mono/700Bold/JetBrainsMono_700Bold.ttf')),
			'Strong',
		);
	}
}
