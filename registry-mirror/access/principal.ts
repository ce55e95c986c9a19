/** Who asks. Every service call takes one, so that roles can be added without touching the callers. */
export type Principal = { readonly type: 'token-holder' | 'anonymous'; readonly username: string };

export type Caller = { readonly principal: Principal };
