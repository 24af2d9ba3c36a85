public import Compute
import Glibc

/// Writes tensors as safetensors, in fp32.
public enum SafetensorsWriter {
  /// Writes `tensors` to `path`; the file appears under its name only when it is complete.
  ///
  /// Throws `WeightsError.cannotCreate` (also for an existing file, unless `replacing`) or `.writeFailed`.
  public static func write(
    _ tensors: [String: HostTensor], metadata: [String: String] = [:], to path: String,
    replacing: Bool = false
  ) throws(WeightsError) {
    try checkDestination(path, replacing: replacing)
    let temporary = "\(path).\(getpid()).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotCreate(file: path, reason: systemMessage(errno)) }
    do throws(WeightsError) {
      try writeAll(tensors, metadata, to: descriptor, path: path)
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let reason = systemMessage(errno)
      unlink(temporary)
      throw .writeFailed(file: path, reason: reason)
    }
  }

  /// Throws `WeightsError.cannotCreate` when nothing may be written to `path`; a check to make before long work.
  public static func checkDestination(_ path: String, replacing: Bool) throws(WeightsError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.count > 1 ? parts.dropLast().joined(separator: "/") + "/" : "."
    guard access(folder, W_OK | X_OK) == 0 else {
      throw .cannotCreate(file: path, reason: systemMessage(errno))
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .cannotCreate(file: path, reason: "it is not a regular file: name a file")
    }
    if !replacing {
      throw .cannotCreate(file: path, reason: "it exists: choose another name or use --force")
    }
  }

  /// The bytes of a safetensors file with `tensors`.
  public static func encode(
    _ tensors: [String: HostTensor], metadata: [String: String] = [:]
  ) -> [UInt8] {
    tensors.sorted { $0.key < $1.key }.reduce(into: header(tensors, metadata)) { bytes, tensor in
      tensor.value.values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
  }

  private static func writeAll(
    _ tensors: [String: HostTensor], _ metadata: [String: String], to descriptor: Int32,
    path: String
  ) throws(WeightsError) {
    try write(header(tensors, metadata), to: descriptor, path: path)
    for (_, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      try write(tensor.values, to: descriptor, path: path)
    }
    guard fsync(descriptor) == 0 else {
      throw .writeFailed(file: path, reason: systemMessage(errno))
    }
  }

  private static func write<Element>(
    _ values: [Element], to descriptor: Int32, path: String
  ) throws(WeightsError) {
    let failure: Int32 = values.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return errno }
        offset += count
      }
      return 0
    }
    guard failure == 0 else { throw .writeFailed(file: path, reason: systemMessage(failure)) }
  }

  private static func header(
    _ tensors: [String: HostTensor], _ metadata: [String: String]
  ) -> [UInt8] {
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map {
        "\(quoted($0.key)):\(quoted($0.value))"
      }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (key, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let end = offset + tensor.values.count * 4
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(quoted(key)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var text = Array("{\(fields.joined(separator: ","))}".utf8)
    // Tensors start at a multiple of 8, so that readers may use them in place.
    text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
  }

  /// `text` as a JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
