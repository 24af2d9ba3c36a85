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

  @Test(arguments: [
    ("/a/b/c.wav", "/a/b", "c.wav"), ("/a/c.wav", "/a/b/d/", "../../c.wav"),
    ("/a/./b//c.wav", "/a/b", "c.wav"), ("/a/b", "/a/b", "."), ("/x/c.wav", "/a/b", "/x/c.wav"),
    ("c.wav", "/a", "c.wav"), ("/a/../c.wav", "/a", "/a/../c.wav"), ("/a/c", "b", "/a/c"),
  ])
  func `a path from a folder`(path: String, folder: String, relative: String) {
    #expect(FilePath.relative(path, to: folder) == relative)
  }
}
