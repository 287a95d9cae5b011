/** One side cannot do what a row asks for: no figure, and its sentence becomes a note under the table. */
export class Unserved extends Error {}
