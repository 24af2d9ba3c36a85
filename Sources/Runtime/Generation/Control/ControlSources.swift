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

  /// Of a video: a picture that was given holds for all frames, else each frame of `clip` for one.
  ///
  /// `poses` are those of the clip's frames.
  ///
  /// - Throws: as for a picture.
  init(
    _ options: ControlOptions, clip: DrivingClip?, poses: PoseControl?, maker: ControlMaker
  ) throws {
    for (index, choice) in options.choices.enumerated() {
      if let path = options.image(of: index) {
        try add(choice, path, nil, maker)
      } else if choice.kind == .pose, let poses {
        pictures.append(poses)
      } else if let clip {
        let first = try clip.picture(at: 0)
        note(first, clip.path, choice, maker)
        pictures.append(ClipControl(clip, choice.kind, maker))
      } else {
        throw RuntimeError.usage(
          "--control \(choice.kind.rawValue): has nothing to look at: give a clip with --video, or one "
            + "picture for all frames with --control-image")
      }
    }
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
