import MediaTypes
import Testing

struct FilePathTests {
  @Test(arguments: [
    ("a.mp4", ".", "a.mp4", "a", "mp4"), (".", ".", ".", ".", ""), ("x/", ".", "x", "x", ""),
    ("/a", "/", "a", "a", ""), ("/", "/", "", "", ""),
    ("b/c.tar.gz", "b", "c.tar.gz", "c.tar", "gz"),
    ("b//.hidden", "b", ".hidden", ".hidden", ""), ("", ".", "", "", ""),
  ])
  func `parts of a path`(
    path: String, folder: String, name: String, stem: String, pathExtension: String
  ) {
    #expect(FilePath.folder(of: path) == folder)
    #expect(FilePath.name(of: path) == name)
    #expect(FilePath.stem(of: path) == stem)
    #expect(FilePath.pathExtension(of: path) == pathExtension)
  }
}
