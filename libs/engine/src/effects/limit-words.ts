/** The limit of a definition, for people. @param key '' = without one */
export const limitInWords = (key: string): string => (key === '' ? 'the limit of its definition' : `limit "${key}"`);
