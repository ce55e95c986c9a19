type Shape = { readonly type: 'circle' } | { readonly type: 'square' };

export function corners(shape: Shape): number | undefined {
	switch (shape.type) {
		case 'square':
			return 4;
	}
}
