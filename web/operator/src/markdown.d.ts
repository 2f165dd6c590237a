/** The build gives a file of Markdown as its text. */
declare module "*.md" {
  const text: string;
  export default text;
}
