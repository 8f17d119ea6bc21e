package io.fanatic.netlink.names;

import io.fanatic.core.FanSlice;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * From a name to what it stands for: label, host, slice, owner, answer. On the event loop.
 *
 * @param labels finds hosts
 * @param sources the containers of this host
 * @param owners the other hosts
 */
record Resolver(HostLabels labels, Sources sources, Owners owners) {

    /** Whether the answer is known to this host without asking another, so that others may ask for it. */
    boolean isOfThisHost(Target target) {
        if (target instanceof Target.OnHost name) {
            List<FanSlice> slices = labels.known(name.zone(), name.host());
            return !slices.isEmpty() && slices.stream().allMatch(name.zone()::isOwn);
        }
        return target instanceof Target.Address address && address.zone().isInOwnSlice(address.address());
    }

    /**
     * Resolves a name.
     *
     * @param type what is asked for; another host is asked for its addresses of that family alone
     * @param steps gets a line for each step
     */
    CompletableFuture<Answer> resolve(Target target, int type, Consumer<String> steps) {
        FanZone zone = target.zone();
        if (target instanceof Target.OnHost name) {
            return onHost(name, type, steps);
        }
        if (target instanceof Target.Address address) {
            return names(zone, address.address(), steps);
        }
        return CompletableFuture.completedFuture(
                target instanceof Target.Apex
                        ? Answer.apex(zone)
                        : target instanceof Target.Above ? Answer.nothing(zone) : Answer.noSuchName(zone));
    }

    private CompletableFuture<Answer> onHost(Target.OnHost name, int type, Consumer<String> steps) {
        FanZone zone = name.zone();
        List<FanSlice> known = labels.known(zone, name.host());
        if (!known.isEmpty()) {
            boolean literal = zone.literal(name.host()).isPresent();
            steps.accept("host " + name.host() + ": " + known.get(0).underlayAddress()
                    + (literal ? ", as the label says" : ", this host's own name"));
            return inSlices(name, known, type, steps);
        }
        if (name.container().isEmpty() && labels.isRunning(name.host())) {
            // The host's resolver has our zone in its search list, and asks us what we have just asked it.
            steps.accept("host " + name.host() + ": is being looked up; a search list of this host leads back here");
            return CompletableFuture.completedFuture(Answer.error(Answer.SERVFAIL));
        }
        return labels.lookUp(zone, name.host())
                .handle((slice, failed) -> {
                    if (failed != null) {
                        steps.accept(
                                "host " + name.host()
                                        + ": the resolver of this host gives no answer for it; an underlay address needs none, as in 10-0-0-2");
                        return CompletableFuture.completedFuture(Answer.error(Answer.SERVFAIL));
                    }
                    if (slice.isEmpty()) {
                        steps.accept(
                                "host " + name.host() + ": has no address in the underlay "
                                        + zone.mapping().underlay()
                                        + " that the resolver of this host knows; add it to /etc/hosts, or give an underlay address, as in 10-0-0-2");
                        return CompletableFuture.completedFuture(Answer.noSuchName(zone));
                    }
                    steps.accept("host " + name.host() + ": " + slice.get().underlayAddress()
                            + ", as the host's resolver says");
                    return inSlices(name, List.of(slice.get()), type, steps);
                })
                .thenCompose(answer -> answer);
    }

    private CompletableFuture<Answer> inSlices(
            Target.OnHost name, List<FanSlice> slices, int type, Consumer<String> steps) {
        FanZone zone = name.zone();
        FanSlice first = slices.get(0);
        List<IpAddress> hosts = zone.hostAddresses(first);
        List<Prefix> firsts = zone.slices(first);
        for (int i = 0; i < hosts.size(); i++) {
            steps.accept("slice: " + firsts.get(i) + ", host address " + hosts.get(i));
        }
        if (name.container().isEmpty()) {
            return CompletableFuture.completedFuture(Answer.addresses(
                    zone,
                    slices.stream()
                            .flatMap(slice -> zone.hostAddresses(slice).stream())
                            .toList()));
        }
        if (zone.isOwn(first)) {
            steps.accept("asked: the container engines of this host");
            return sources.now().thenApply(containers -> {
                Containers.Match match = containers.match(
                        name.container(),
                        slices.stream()
                                .flatMap(slice -> zone.slices(slice).stream())
                                .toList());
                containers.failures().forEach(steps);
                match.ambiguity(name.container()).ifPresent(steps);
                return match.exists() ? Answer.addresses(zone, match.addresses()) : absent(zone, containers);
            });
        }
        String canonical = zone.canonical(name.container(), first);
        // A name that has no address of the other family exists all the same, and any type tells that.
        boolean ipv6 = type == DnsMessage.AAAA && zone.ipv6().isPresent();
        steps.accept("asked: " + first.hostAddress() + " for " + (ipv6 ? "the IPv6 addresses of " : "") + canonical);
        return owners.ask(zone, first, canonical, ipv6 ? DnsMessage.AAAA : DnsMessage.A)
                .thenApply(reply -> {
                    reply.failure().ifPresent(steps);
                    return reply.failure().isPresent()
                            ? Answer.error(Answer.SERVFAIL)
                            : reply.exists() ? Answer.addresses(zone, reply.addresses()) : Answer.noSuchName(zone);
                });
    }

    /** What nobody listed is not there, when everybody was heard. */
    private static Answer absent(FanZone zone, Containers containers) {
        return containers.failures().isEmpty() ? Answer.noSuchName(zone) : Answer.error(Answer.SERVFAIL);
    }

    private CompletableFuture<Answer> names(FanZone zone, IpAddress address, Consumer<String> steps) {
        Optional<FanSlice> owner = zone.owner(address);
        if (owner.isEmpty()) {
            steps.accept("owner: nobody, by arithmetic");
            return CompletableFuture.completedFuture(Answer.noSuchName(zone));
        }
        FanSlice slice = owner.get();
        steps.accept("owner: " + slice.underlayAddress() + ", with the slice "
                + zone.slice(slice, address.family()).orElseThrow());
        if (zone.hostAddresses(slice).contains(address)) {
            return CompletableFuture.completedFuture(Answer.names(zone, List.of(zone.canonical("", slice))));
        }
        if (zone.isOwn(slice)) {
            steps.accept("asked: the container engines of this host");
            return sources.now().thenApply(containers -> {
                List<String> names = new ArrayList<>();
                containers.namesOf(address).forEach(name -> names.add(zone.canonical(name, slice)));
                containers.failures().forEach(steps);
                return names.isEmpty() ? absent(zone, containers) : Answer.names(zone, names);
            });
        }
        String question = ReverseTree.name(address);
        steps.accept("asked: " + slice.hostAddress() + " for " + question);
        return owners.ask(zone, slice, question, DnsMessage.PTR).thenApply(reply -> {
            reply.failure().ifPresent(steps);
            return reply.failure().isPresent()
                    ? Answer.error(Answer.SERVFAIL)
                    : reply.exists() ? Answer.names(zone, reply.names()) : Answer.noSuchName(zone);
        });
    }
}
