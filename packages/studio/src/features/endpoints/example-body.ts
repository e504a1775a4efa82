/** The shape that MLflow models and most scoring scripts read. */
export const EXAMPLE_BODY = `{
  "input_data": [
    [5.1, 3.5, 1.4, 0.2],
    [6.2, 2.9, 4.3, 1.3]
  ]
}`;

export const EXAMPLE_BODY_LINE = '{"input_data": [[5.1, 3.5, 1.4, 0.2], [6.2, 2.9, 4.3, 1.3]]}';
