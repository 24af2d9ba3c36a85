import Media
import MediaTypes

/// What each of the ControlNets looks at, and what is to be said about that, one line each.
struct ControlSources {
  var pictures: [any ControlPictures] = []
  var remarks: [String] = []

  /// Of a picture: what was given, or for poses and edges `beginning`, the picture to begin with.
  ///
  /// - Throws: `RuntimeError`: 64 where a picture is missing, 65 for one without a person; errors of pictures that can't be read.
  init(
    _ options: ControlOptions, beginning: (picture: RGBPicture, path: String)?, maker: ControlMaker
  )
    throws
  {
    for (index, choice) in options.choices.enumerated() {
      let word = "--control \(choice.kind.rawValue)"
      if options.image(of: index) == nil {
        guard choice.kind.isMade else {
          throw RuntimeError.usage(
            "\(word): its map is missing: give the picture with --control-image")
        }
        guard beginning != nil else {
          throw RuntimeError.usage(
            "\(word): has no picture to look at: give one with --control-image")
        }
      }
      try add(choice, options.image(of: index), beginning, maker)
    }
  }

  /// Of a video: a picture that was given holds for all frames, each frame of a clip that was given for one, else each of `clip`.
  ///
  /// `poses` are those of the clip's frames; `open` opens another clip.
  ///
  /// - Throws: as for a picture, and what `open` throws.
  init(
    _ options: ControlOptions, clip: DrivingClip?, poses: PoseControl?, maker: ControlMaker,
    open: (String) throws -> DrivingClip
  ) throws {
    for (index, choice) in options.choices.enumerated() {
      if let path = options.image(of: index) {
        guard try openPictureSource(path).info.kind != .still else {
          try add(choice, path, nil, maker)
          continue
        }
        guard choice.kind != .pose else {
          throw RuntimeError.usage(
            "--control pose: follows one clip: give \(path) with --video, not --control-image")
        }
        try add(choice, open(path), maker)
      } else if choice.kind == .pose, let poses {
        pictures.append(poses)
      } else if let clip {
        try add(choice, clip, maker)
      } else {
        throw RuntimeError.usage(
          "--control \(choice.kind.rawValue): has nothing to look at: give a clip with --video, or one "
            + "picture for all frames with --control-image")
      }
    }
  }

  /// These, with what changes from frame to frame made once and kept in `work`.
  func kept(in work: WorkFolder?) -> ControlSources {
    guard let work else { return self }
    var kept = self
    for (index, made) in pictures.enumerated() where !(made is StillControl) {
      kept.pictures[index] = KeptControl(made, in: work, name: "control-\(index)")
    }
    return kept
  }

  private mutating func add(
    _ choice: ControlChoice, _ clip: DrivingClip, _ maker: ControlMaker
  ) throws {
    note(try clip.picture(at: 0), clip.path, choice, maker)
    pictures.append(ClipControl(clip, choice.kind, maker))
  }

  private mutating func add(
    _ choice: ControlChoice, _ path: String?, _ beginning: (picture: RGBPicture, path: String)?,
    _ maker: ControlMaker
  ) throws {
    let given = try path.map { path in
      (
        picture: try readPicture(path, background: choice.kind.isMade ? .white : .black),
        path: path
      )
    }
    guard let seen = given ?? beginning else { return }
    if path != nil { note(seen.picture, seen.path, choice, maker) }
    pictures.append(
      StillControl(try maker.control(choice.kind, of: seen.picture, name: seen.path)))
  }

  /// Says that a map is made another size.
  private mutating func note(
    _ map: RGBPicture, _ path: String, _ choice: ControlChoice, _ maker: ControlMaker
  ) {
    guard !choice.kind.isMade, (map.width, map.height) != (maker.width, maker.height) else {
      return
    }
    remarks.append(
      "--control \(choice.kind.rawValue): \(path) is \(map.width) x \(map.height) pixels: it is cut and "
        + "scaled to \(maker.width) x \(maker.height)")
  }
}
