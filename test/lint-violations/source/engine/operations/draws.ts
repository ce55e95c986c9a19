import { render } from 'ink';

export const draw = render;
