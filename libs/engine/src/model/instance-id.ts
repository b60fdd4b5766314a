declare const brand: unique symbol;
/** UUIDv7, lower case. */
export type InstanceId = string & { readonly [brand]: 'InstanceId' };
