/** The size of a network's input. */
export interface ImageSize {
  rows: number;
  columns: number;
  channels: number;
}
