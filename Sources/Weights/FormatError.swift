/// What is wrong with a file's structure, in words that follow its name.
struct FormatError: Error {
  let reason: String
}
