/// A call of the `CloudBackend` port, or of the story's other hands, as one line of JSON.
package indirect enum PortCall: Codable, Sendable {
    case networks(WireAccount)
    case observeService(WireServiceTarget)
    case publish(WireServiceTarget)
    case unpublish(WireServiceTarget)
    case observeEndpoint(WireEndpointTarget)
    case admit(WireEndpointTarget, limit: Int)
    case expel(WireEndpointTarget, remaining: Int)
    case createEndpoint(WireEndpointTarget, token: String)
    case accept(WireEndpointTarget, connection: String)
    case reject(WireEndpointTarget, connection: String)
    case deleteEndpoint(WireEndpointTarget)

    /// Lets the cloud go on with what it is at work at.
    case advance
    /// The consumer makes its endpoint by hand, once however often it is asked, and tells its native id.
    case consumerMakesEndpoint
    /// On its way: it takes effect when the cloud next goes on, and nobody hears the answer.
    case late(PortCall)
    /// The story has ended, after so many calls at which the process could have died, and with these among them that
    /// could have been late.
    case ended(calls: Int, delayable: [Int])
}

package enum PortReply: Codable, Sendable {
    case done
    case nativeID(String)
    case networks([WireNetwork])
    case service(WireServiceObservation?)
    case endpoint(WireEndpointObservation)
    case refused(WireCloudError)
    /// Who should answer has failed itself: no answer of a cloud.
    case broken(String)
}
