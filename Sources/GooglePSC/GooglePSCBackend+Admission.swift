import Connectivity
public import ControlPlane

extension GooglePSCBackend {
    /// `serviceAttachments.patch` of `consumerAcceptLists`, by the fingerprint.
    /// - Throws: `conflict` if the reject list names the consumer, which only its owner may change.
    public func ensureAdmitted(_ target: EndpointTarget, limit: Int) async throws(CloudError) {
        let path = try attachmentPath(of: target.service, in: target.producer)
        let step = [target.endpoint.id.text, "admit", "\(limit)"]
        try await editor.edit(path, as: .producer(target.producer), step: step) { attachment throws(CloudError) in
            let lists = ConsumerLists(attachment)
            // A list of single endpoints is extended once the endpoint is there: `ensureAccepted` does it.
            guard !lists.isAutomatic, lists.kind != .endpoint else { return nil }
            let consumer = consumer(of: target, number: try await number(of: target, on: lists))
            guard !lists.refuse(consumer) else {
                throw CloudError(
                    kind: .conflict, cloudCode: "consumerRejectLists",
                    message: "The reject list of \(path) names project \(target.consumer.nativeID). Take it off that "
                        + "list, if that is meant.", side: .producer)
            }
            guard lists.kind != .network || consumer.network != nil else {
                throw CloudError(
                    kind: .invalid, cloudCode: "consumerAcceptLists",
                    message: "The accept list of \(path) names networks, and this endpoint's network is not known. "
                        + "File a request that names its network.", side: .consumer)
            }
            let list = lists.admitting(consumer, limit: limit)
            guard let list, list.count > ConsumerLists.capacity else { return list }
            throw CloudError(
                kind: .conflict, cloudCode: "consumerAcceptLists",
                message: "The accept list of \(path) is full: Google takes \(ConsumerLists.capacity) entries. Take off "
                    + "those that are not needed any more.", side: .producer)
        }
    }

    /// `serviceAttachments.patch` of `consumerAcceptLists`, by the fingerprint.
    public func ensureExpelled(_ target: EndpointTarget, remaining: Int) async throws(CloudError) {
        let path = try attachmentPath(of: target.service, in: target.producer)
        let step = [target.endpoint.id.text, "expel", "\(remaining)"]
        do throws(CloudError) {
            try await editor.edit(path, as: .producer(target.producer), step: step) { attachment throws(CloudError) in
                let lists = ConsumerLists(attachment)
                // Whoever cannot be asked for its number is cut by the names that are known.
                let number = try? await number(of: target, on: lists)
                return lists.expelling(
                    consumer(of: target, seeing: attachment, number: number), remaining: remaining)
            }
        } catch let error where error.kind == .notFound {
            // With the attachment, its list is gone.
            return
        }
    }

    /// The accept list lets in whom `ensureAdmitted` put there; only a list of single endpoints is extended here.
    public func ensureAccepted(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        let path = try attachmentPath(of: target.service, in: target.producer)
        let name = ResourcePath.canonical(nativeID)
        let step = [target.endpoint.id.text, "accept"]
        try await editor.edit(path, as: .producer(target.producer), step: step) { attachment throws(CloudError) in
            guard let seen = connection(name, of: target, in: attachment) else {
                throw CloudError(
                    kind: .notFound, cloudCode: "notFound",
                    message: "The endpoint \(name) of project \(target.consumer.nativeID) is not connected to \(path).",
                    side: .consumer)
            }
            switch seen.status {
            case .rejected, .closed:
                throw CloudError(
                    kind: .conflict, cloudCode: seen.nativeStatus,
                    message:
                        "The connection of \(name) to \(path) is \(seen.nativeStatus): Postern does not undo that.",
                    side: .producer)
            case .pending, .accepted, .needsAttention, .unknown: break
            }
            let lists = ConsumerLists(attachment)
            guard lists.kind == .endpoint else { return nil }
            return lists.admitting(consumer(of: target, seeing: attachment, named: name), limit: 1)
        }
    }

    /// Takes a single endpoint off a list of endpoints.
    /// - Throws: `invalid` if the list names projects or networks: it cannot cut one endpoint of several.
    public func ensureRejected(_ target: EndpointTarget, connection nativeID: String) async throws(CloudError) {
        let path = try attachmentPath(of: target.service, in: target.producer)
        let name = ResourcePath.canonical(nativeID)
        let step = [target.endpoint.id.text, "reject"]
        do throws(CloudError) {
            try await editor.edit(path, as: .producer(target.producer), step: step) { attachment throws(CloudError) in
                guard let seen = connection(name, of: target, in: attachment), seen.status != .rejected,
                    seen.status != .closed
                else { return nil }
                let lists = ConsumerLists(attachment)
                guard lists.grain == .perConnection else {
                    throw CloudError(
                        kind: .invalid, cloudCode: "consumerAcceptLists",
                        message: "\(path) cannot cut \(name) alone. Delete the endpoint in project "
                            + "\(target.consumer.nativeID).", side: .consumer)
                }
                return lists.expelling(consumer(of: target, seeing: attachment, named: name), remaining: 0)
            }
        } catch let error where error.kind == .notFound {
            return
        }
    }

    /// All names of the target's consumer that the lists may use.
    /// - Parameters:
    ///   - name: the endpoint's canonical path, where a list of endpoints may name it; nil: the target's own.
    ///   - number: the project's, where it is known.
    func consumer(
        of target: EndpointTarget, seeing attachment: ServiceAttachment? = nil, named name: String? = nil,
        number: String? = nil
    ) -> Consumer {
        let endpoint = name ?? endpointName(of: target)
        let connected = attachment?.connectedEndpoints?.first {
            $0.endpoint.map { ResourcePath.canonical($0) } == endpoint && endpoint != nil
        }
        return Consumer(
            projectID: target.consumer.nativeID,
            projectNumber: number,
            network: target.network.map { ResourcePath.canonical($0.nativeID) },
            endpointWithID: connected?.endpointWithId.map { ResourcePath.canonical($0) })
    }

    /// The number of the consumer's project, where the lists have numbers in them. Only the consumer's side tells it.
    func number(of target: EndpointTarget, on lists: ConsumerLists?) async throws(CloudError) -> String? {
        lists?.namesNumbers == true ? try await numbers.number(of: target.consumer) : nil
    }

    /// The canonical path of the target's endpoint: ours by its name, a self-managed one as its consumer told.
    func endpointName(of target: EndpointTarget) -> String? {
        switch target.endpoint.mode {
        case .managed: "\(rulePath(of: target))"
        case .selfManaged: target.endpoint.observed.nativeID.map { ResourcePath.canonical($0) }
        }
    }

    /// The connection of exactly this endpoint, if the consumer's own project has made it: that somebody else knows its
    /// name gets nobody in. A consumer may have told it with its numeric id, and is then held to that.
    func connection(_ name: String, of target: EndpointTarget, in attachment: ServiceAttachment) -> Connection? {
        for seen in attachment.connectedEndpoints ?? [] {
            guard let connection = Connection(seen), connection.accountNativeID == target.consumer.nativeID else {
                continue
            }
            if connection.nativeID == name { return connection }
            guard seen.endpointWithId.map({ ResourcePath.canonical($0) }) == name else { continue }
            return Connection(
                nativeID: name, accountNativeID: connection.accountNativeID,
                networkNativeID: connection.networkNativeID, status: connection.status,
                nativeStatus: connection.nativeStatus, isServing: connection.isServing)
        }
        return nil
    }
}
