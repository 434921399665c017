package import Connectivity

/// What a process of the rig is for.
package enum Errand: Codable, Sendable {
    case play(Order)
    case host(CloudOrder)
}

/// Which fake cloud a process is to be.
package struct CloudOrder: Codable, Sendable {
    package let stage: Stage
    /// What the consumer's own endpoint points at.
    package let serviceName: String
    /// The file that keeps the cloud, with the scene in it.
    package let journal: String

    package init(stage: Stage, serviceName: String, journal: String) {
        self.stage = stage
        self.serviceName = serviceName
        self.journal = journal
    }
}

/// What the driver tells one process: which story to bring to its end, in which cloud, and where to die on the way.
package struct Order: Codable, Sendable {
    package let story: Story
    package let stage: Stage
    /// The SQLite file, which a process that died has left behind.
    package let database: String
    /// By which the backend itself is reached, as a server would be told; nil: over the driver.
    package let environment: [String: String]?
    package var death: Death?
    /// The sabotage: drops the record of calls under way at each start, so that the tests can be seen to notice.
    package var forgetsIntents = false

    package init(story: Story, stage: Stage, database: String, environment: [String: String]?) {
        self.story = story
        self.stage = stage
        self.database = database
        self.environment = environment
    }
}

/// When the process kills itself.
package struct Death: Codable, Hashable, Sendable {
    package enum Moment: String, Codable, Sendable {
        /// Before or after the call's effect.
        case before, after
        /// While the call is on its way: its effect comes when the next process has begun.
        case late
    }

    /// The store's writes and the calls of a cloud are counted as one sequence, from 1.
    package let call: Int
    package let moment: Moment

    package init(call: Int, moment: Moment) {
        self.call = call
        self.moment = moment
    }
}

/// What happens, from the first call that is counted to the state that has to come.
package enum Story: String, CaseIterable, Codable, Sendable {
    case approveManaged = "approve managed"
    case approveSelfManaged = "approve self-managed"
    case reject
    case revoke
    /// Approved, and revoked by the process that comes after a death, wherever the first one got.
    case revokeEarly = "revoke under creation"
    case expire
    case retire = "service retired with live endpoints"
    case adopt
    case publish

    /// Whether what happens, and not only how often it is tried, depends on where the first process died.
    package var dependsOnThePoint: Bool {
        switch self {
        case .revokeEarly: true
        case .approveManaged, .approveSelfManaged, .reject, .revoke, .expire, .retire, .adopt, .publish: false
        }
    }
}

/// The part of a cloud in which a story takes place.
package struct Stage: Codable, Sendable {
    package struct Account: Codable, Sendable {
        package let nativeID: String
        package let access: CloudAccess

        package init(nativeID: String, access: CloudAccess) {
            self.nativeID = nativeID
            self.access = access
        }
    }

    package let provider: CloudProvider
    package let region: String
    package let producer: Account
    package let consumer: Account
    /// Of the consumer's network and of a subnet in it.
    package let network: String
    package let subnet: String
    /// Made by hand, for adoption.
    package let service: String
    /// To publish another one from.
    package let blueprint: PublishedService.Blueprint

    package init(
        provider: CloudProvider, region: String, producer: Account, consumer: Account, network: String, subnet: String,
        service: String, blueprint: PublishedService.Blueprint
    ) {
        self.provider = provider
        self.region = region
        self.producer = producer
        self.consumer = consumer
        self.network = network
        self.subnet = subnet
        self.service = service
        self.blueprint = blueprint
    }
}
