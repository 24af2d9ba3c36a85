import CCrypto

/// The SHA-256 of bytes that come in parts (FIPS 180-4, by OpenSSL).
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  public init() {
    context = EVP_MD_CTX_new()
    _ = EVP_DigestInit_ex(context, EVP_sha256(), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes in more bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// Takes in more text, as UTF-8.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The digest of everything so far as 64 lower-case hexadecimal digits; nothing may be added afterwards.
  public mutating func finish() -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    _ = EVP_DigestFinal_ex(context, &digest, &count)
    return digest.prefix(Int(count)).hexadecimal
  }

  /// The digest of `text` as UTF-8.
  public static func digest(of text: String) -> String {
    var hash = SHA256()
    hash.update(text)
    return hash.finish()
  }

  /// The keyed digest (HMAC, RFC 2104) of `message`, as lower-case hexadecimal digits.
  public static func authenticationCode(of message: [UInt8], key: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    _ = HMAC(
      EVP_sha256(), key, Int32(key.count), message, message.count, &digest, &count)
    return digest.prefix(Int(count)).hexadecimal
  }
}

extension Sequence<UInt8> {
  /// Two lower-case digits a byte.
  fileprivate var hexadecimal: String {
    let digits = Array("0123456789abcdef")
    return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
