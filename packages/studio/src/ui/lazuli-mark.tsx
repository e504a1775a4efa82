/** The mark: a cut lapis stone with two flecks of pyrite. */
export function LazuliMark({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path fill="#4f7df0" d="M16 1.5 28.6 8.8 16 16z" />
      <path fill="#2f5fdc" d="M16 1.5 3.4 8.8 16 16z" />
      <path fill="#2449b8" d="M3.4 8.8v14.4L16 16z" />
      <path fill="#3a6be6" d="M28.6 8.8v14.4L16 16z" />
      <path fill="#16307f" d="M3.4 23.2 16 30.5V16z" />
      <path fill="#1f44ae" d="M28.6 23.2 16 30.5V16z" />
      <path
        fill="#f3c64b"
        d="m21.9 9.1.75 1.75 1.75.75-1.75.75-.75 1.75-.75-1.75-1.75-.75 1.75-.75zM10.3 19.6l.5 1.2 1.2.5-1.2.5-.5 1.2-.5-1.2-1.2-.5 1.2-.5z"
      />
    </svg>
  );
}
