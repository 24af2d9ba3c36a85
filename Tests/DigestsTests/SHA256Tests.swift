import Digests
import Glibc
import TestSupport
import Testing

@Suite struct SHA256Tests {
  @Test("digests of FIPS 180-4's examples")
  func publishedExamples() {
    #expect(
      SHA256.digest(of: "")
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.digest(of: "abc")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("the keyed digest of RFC 4231's second example")
  func keyedDigest() {
    let code = SHA256.authenticationCode(
      of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    #expect(code == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test("parts of any size give the digest of the whole; a file gives that of its bytes")
  func partsAndFiles() throws {
    let text = String(repeating: "0123456789abcdef", count: 200_000)
    var hash = SHA256()
    for start in stride(from: 0, to: text.utf8.count, by: 777_777) {
      hash.update(String(text.dropFirst(start).prefix(777_777)))
    }
    let whole = SHA256.digest(of: text)
    #expect(hash.finish() == whole)
    let folder = try TemporaryFolder()
    let path = try folder.write(text.utf8, to: "text")
    #expect(try SHA256.digest(ofFile: path) == whole)
    #expect(throws: SHA256.FileError(path: folder.file("none"), number: ENOENT)) {
      try SHA256.digest(ofFile: folder.file("none"))
    }
  }
}
