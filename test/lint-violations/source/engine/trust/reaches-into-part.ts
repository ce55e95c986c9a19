import { layout } from '../home/layout.ts';

export const reached = layout;
