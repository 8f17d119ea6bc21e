package io.fanatic.harness.scenario;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.lab.LabSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a scripted run shall do.
 *
 * @param title for the headline
 * @param lab hosts, fans and containers; its name is only a placeholder
 * @param options the flags of each fan
 * @param hostOptions for some hosts, by number: what overrides the flags of all fans there
 * @param ipv4Only the numbers of hosts whose fans have no IPv6 overlay
 * @param steps in their order
 */
public record Scenario(
        String title,
        LabSpec lab,
        Map<FanMapping, FanOptions> options,
        Map<Integer, FanOptions> hostOptions,
        Set<Integer> ipv4Only,
        List<Step> steps) {

    /** More characters are no scenario. */
    public static final int MAX_CHARACTERS = 256 * 1024;

    /** Copies what it is given. */
    public Scenario {
        options = Map.copyOf(options);
        hostOptions = Map.copyOf(hostOptions);
        ipv4Only = Set.copyOf(ipv4Only);
        steps = List.copyOf(steps);
    }

    /**
     * Reads a scenario.
     *
     * @param file YAML
     * @return the scenario
     * @throws ScenarioException with file and line, when it cannot be understood
     * @throws IOException when the file cannot be read
     */
    public static Scenario read(Path file) throws IOException {
        if (Files.size(file) > MAX_CHARACTERS) {
            throw new ScenarioException(file.toString(), 1, "more than " + MAX_CHARACTERS + " bytes are no scenario");
        }
        return parse(file.toString(), Files.readString(file));
    }

    /**
     * Reads a scenario from text.
     *
     * @param file its name, for messages
     * @param text YAML
     * @return the scenario
     * @throws ScenarioException with file and line, when it cannot be understood
     */
    public static Scenario parse(String file, String text) {
        return new ScenarioReader(YamlNode.parse(file, text)).scenario();
    }

    /** The flags of a fan on a host. */
    FanOptions options(int host, FanMapping fan) {
        FanOptions usual = options.getOrDefault(fan, FanOptions.DEFAULT);
        FanOptions own = hostOptions.getOrDefault(host, FanOptions.DEFAULT);
        FanOptions options = ipv4Only.contains(host) ? usual.withoutOverlay6() : usual;
        options = own.port().isPresent() ? options.withPort(own.port().getAsInt()) : options;
        options = own.vni().isPresent() ? options.withVni(own.vni().getAsInt()) : options;
        return own.mtu().isPresent() ? options.withMtu(own.mtu().getAsInt()) : options;
    }
}
