package io.fanatic.cli.container.docker;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.http.Json;
import io.fanatic.netlink.firewall.FirewallException;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.Nftables;
import io.fanatic.netlink.libc.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether this host would drop what containers of other engines than Docker send over the fan.
 *
 * <p>Docker that starts with forwarding switched off sets the policy of the chain FORWARD to drop and lets pass what its own
 * networks need. As it also makes bridged frames go through that chain, no container of anybody else's reaches another host
 * then. A network of Docker's on the fan's bridge brings the rules that let all of them pass.
 */
public final class DockerForwarding {
    private static final List<String> CHAINS = List.of("FORWARD", "DOCKER-USER");

    private DockerForwarding() {}

    /**
     * For a fan that adds no rules of its own. At most one sentence; none where nothing is dropped, or where that cannot be found
     * out.
     */
    public static List<String> warnings(FanAttachment fan) {
        if (!drops(fan.bridge())) {
            return List.of();
        }
        return List.of("this host drops what it forwards, as Docker sets it up: containers reach other hosts only"
                + " after fanctl up without --no-accept, or enabling Docker on this fan too, which add the rules that let "
                + fan.bridge() + " pass");
    }

    /**
     * What taking Docker off the fan means to the engines that are left on it.
     *
     * @param journals where the notes about them are
     */
    static List<String> warningsWithout(FanAttachment fan, Path journals) {
        List<String> left = new ArrayList<>();
        for (EngineKind kind : EngineKind.values()) {
            try (var notes = Files.newDirectoryStream(journals, kind.word() + "-*-" + fan.bridge() + ".json")) {
                if (kind != EngineKind.DOCKER && notes.iterator().hasNext()) {
                    left.add(kind.title());
                }
            } catch (IOException none) {
                return List.of();
            }
        }
        if (left.isEmpty() || !policyIsDrop() || isLetPass(fan.bridge())) {
            return List.of();
        }
        return List.of(
                "this host drops what it forwards, as Docker sets it up: without Docker on the fan, containers of "
                        + String.join(", ", left)
                        + " reach no other host until fanctl up adds the rules that let them pass");
    }

    /** By a rule of the fan's own. */
    private static boolean isLetPass(String bridge) {
        try (Nftables nftables = Nftables.open()) {
            return Iptables.read(nftables.run("list tables ip")).stream()
                    .flatMap(forward -> forward.ours().stream())
                    .anyMatch(pass -> pass.traffic() == Iptables.Traffic.OVERLAY
                            && pass.out().equals(bridge));
        } catch (FirewallException | ErrnoException unknown) {
            return false;
        }
    }

    private static boolean policyIsDrop() {
        try (Nftables nftables = Nftables.open()) {
            return list(nftables, "FORWARD").stream()
                    .flatMap(listing -> listing.at("nftables").list().stream())
                    .anyMatch(object -> object.at("chain").textOr("policy", "").equals("drop"));
        } catch (FirewallException | CommandException unknown) {
            return false;
        }
    }

    private static boolean drops(String bridge) {
        boolean policy = false;
        try (Nftables nftables = Nftables.open()) {
            for (String chain : CHAINS) {
                Optional<Json> listing = list(nftables, chain);
                if (listing.isPresent()) {
                    for (Json object : listing.get().at("nftables").list()) {
                        policy |= object.at("chain").textOr("policy", "").equals("drop");
                        if (object.at("rule").element().toString().contains('"' + bridge + '"')) {
                            return false;
                        }
                    }
                }
            }
        } catch (FirewallException | CommandException unknown) {
            return false;
        }
        return policy;
    }

    private static Optional<Json> list(Nftables nftables, String chain) {
        try {
            return Optional.of(Json.parse("nftables' list", nftables.runJson("list chain ip filter " + chain)));
        } catch (FirewallException none) {
            return Optional.empty();
        }
    }
}
