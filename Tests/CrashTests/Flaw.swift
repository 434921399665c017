/// What is wrong at the end of a story.
struct Flaw: Sendable, CustomStringConvertible {
    enum Place: Sendable {
        /// The story did not come to its end, or its run proves nothing.
        case run
        /// A resource too many, too few, or another one.
        case cloud
        /// What Postern has kept: the state, or the log of how it came about.
        case record
    }

    let place: Place
    let description: String

    init(_ place: Place, _ description: String) {
        self.place = place
        self.description = description
    }

    func when(_ circumstance: String) -> Flaw { Flaw(place, "\(circumstance): \(description)") }
}
