import Compute
import Foundation
import LipSync
import MediaTypes

/// What is prepared of a run's clip, and where what the run adds to it is kept.
struct ClipPreparation {
  let key: PreparedKey
  /// What there is already.
  let known: PreparedAvatar?
  private let request: SpeakRequest
  private let source: SpeakSource
  private let cache: PreparedCache

  /// Opens the folder that the request names, else what the cache has.
  ///
  /// - Throws: `RuntimeError`, 65, for a named folder that can't be used.
  init(
    _ request: SpeakRequest, source: SpeakSource, model: MuseTalkModel, precision: Precision,
    cache: PreparedCache, _ progress: ProgressHandler
  ) throws {
    (self.request, self.source, self.cache) = (request, source, cache)
    let settings = MuseTalkSettings(request.museTalk, version: model.version)
    key = try PreparedKey(
      request, source: source, model: model, settings: settings, precision: precision)
    guard let folder = request.preparedFolder else {
      known = Self.found(in: cache, key, request, progress)
      return
    }
    do throws(PreparedAvatar.Unusable) {
      let found = try PreparedAvatar(path: folder)
      if let difference = key.difference(from: found.description.key) {
        throw PreparedAvatar.Unusable(reason: difference)
      }
      known = found
    } catch {
      throw error.asRuntimeError(folder)
    }
  }

  private static func found(
    in cache: PreparedCache, _ key: PreparedKey, _ request: SpeakRequest,
    _ progress: ProgressHandler
  ) -> PreparedAvatar? {
    do { return try cache.find(key) } catch {
      progress(
        .warning(
          "avatar \(request.avatar ?? "presenter"): what was prepared of it earlier can't be used "
            + "(\(error.reason)), so it is made again"))
      return nil
    }
  }

  /// The folder that is used or was made; nil where nothing is kept.
  var path: String? {
    if let known { return known.path }
    return cache.byteLimit > 0 ? cache.path(key) : nil
  }

  /// Puts what this run has found and made into the cache, in addition to what was known; a cache that can't be written is a
  /// warning.
  func keep(
    _ record: FaceRecord<MuseTalkTrack>, _ made: PreparedFaces, _ progress: ProgressHandler
  ) {
    let isNew = known?.record.track.sightings.count != record.track.sightings.count
    guard request.preparedFolder == nil, cache.byteLimit > 0, isNew || !made.isEmpty else { return }
    do {
      try write(record, made, to: cache.path(key))
      cache.evict()
    } catch {
      progress(.warning("the prepared clip is not kept: \(error)"))
    }
  }

  /// Writes what was known and `made` as a prepared avatar to `path`.
  func write(
    _ record: FaceRecord<MuseTalkTrack>, _ made: PreparedFaces, to path: String
  ) throws {
    let isFolder = OutputPath.isFolder(request.model)
    let description = PreparedAvatar.Description(
      clip: source.presenter?.name ?? absolute(source.path), key: key,
      model: isFolder ? absolute(request.model) : request.model, options: request.museTalk,
      face: request.face?.text, frames: record.track.sightings.count, facesDigest: "",
      byteCounts: [:])
    try PreparedWriter(path: path).write(
      description, record, parts: [known?.faces, made].compactMap(\.self))
  }

  private func absolute(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }
}

extension PreparedAvatar.Unusable {
  func asRuntimeError(_ folder: String) -> RuntimeError {
    .badInput("avatar \(folder): can't be used, \(reason): prepare it again with avatar prepare")
  }
}

extension SpeakRequest {
  /// This request with the clip, and what is not given of model and options, of the prepared avatar that it names.
  ///
  /// - Throws: `RuntimeError`, 65 and 66, for one that is damaged, or whose clip is not there.
  func resolvingPreparedAvatar() throws -> SpeakRequest {
    guard preparedFolder == nil, let folder = avatar, try Presenter.named(folder) == nil,
      PreparedAvatar.lies(at: folder)
    else { return self }
    let description: PreparedAvatar.Description
    do { description = try PreparedAvatar.description(of: folder) } catch {
      throw error.asRuntimeError(folder)
    }
    let clip = description.clip
    guard try Presenter.named(clip) != nil || FileManager.default.fileExists(atPath: clip) else {
      throw RuntimeError.missing(
        "avatar \(folder): its clip \(clip) is not there: put it back, or prepare it anew")
    }
    var result = self
    result.preparedFolder = folder
    result.avatar = clip
    if model == "mini" { result.model = description.model }
    result.museTalk = museTalk.filled(from: description.options)
    result.face = face ?? description.face.map(FaceSelection.init)
    return result
  }
}
