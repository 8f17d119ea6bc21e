package io.fanatic.harness.scenario;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A value of a YAML file that knows its line. Only the shape is YAML's: mappings, lists and scalars, which stay the text that was
 * written; nothing is made an object by a tag, and a collection cannot be repeated by an alias.
 */
final class YamlNode {
    private static final int DEEPEST = 10;

    private final String file;
    private final Node node;

    private YamlNode(String file, Node node) {
        this.file = file;
        this.node = node;
    }

    /** @throws ScenarioException when it is not one YAML document */
    static YamlNode parse(String file, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(DEEPEST);
        options.setCodePointLimit(Scenario.MAX_CHARACTERS);
        Node node;
        try {
            node = new Yaml(options).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new ScenarioException(file, line, "this is not YAML: " + e.getProblem());
        } catch (YAMLException e) {
            throw new ScenarioException(file, 1, "this is not YAML: " + e.getMessage());
        }
        if (node == null) {
            throw new ScenarioException(file, 1, "the scenario is empty");
        }
        return new YamlNode(file, node);
    }

    int line() {
        return node.getStartMark().getLine() + 1;
    }

    ScenarioException error(String sentence) {
        return new ScenarioException(file, line(), sentence);
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    String text() {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue().strip();
        }
        throw error("a single value was expected here");
    }

    /** The text, made something else; an IllegalArgumentException gets file and line. */
    <T> T as(Function<String, T> parse) {
        String text = text();
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw error(String.valueOf(e.getMessage()));
        }
    }

    /** A whole number in a range. */
    int number(int least, int most) {
        return as(text -> {
            if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
                throw new IllegalArgumentException("\"" + text + "\" is not a number from " + least + " to " + most);
            }
            return Integer.parseInt(text);
        });
    }

    List<YamlNode> list() {
        if (!(node instanceof SequenceNode sequence)) {
            throw error("a list was expected here");
        }
        return sequence.getValue().stream()
                .map(each -> new YamlNode(file, each))
                .toList();
    }

    /** The members of a list, or the single value that stands for a list of one. */
    List<YamlNode> oneOrMore() {
        return isList() ? list() : List.of(this);
    }

    /**
     * The values of a mapping by their keys.
     *
     * @throws ScenarioException when a key is none of these or is given twice
     */
    Map<String, YamlNode> keys(String... known) {
        if (!(node instanceof MappingNode mapping)) {
            throw error("a mapping with " + String.join(", ", known) + " was expected here");
        }
        Map<String, YamlNode> values = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            YamlNode key = new YamlNode(file, tuple.getKeyNode());
            if (!List.of(known).contains(key.text())) {
                throw key.error("\"" + key.text() + "\" is unknown here; there are " + String.join(", ", known));
            }
            if (values.put(key.text(), new YamlNode(file, tuple.getValueNode())) != null) {
                throw key.error("\"" + key.text() + "\" is given twice");
            }
        }
        return values;
    }

    static Optional<YamlNode> find(Map<String, YamlNode> values, String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** A number of a mapping, where it has one. */
    static OptionalInt number(Map<String, YamlNode> values, String key, int least, int most) {
        YamlNode value = values.get(key);
        return value == null ? OptionalInt.empty() : OptionalInt.of(value.number(least, most));
    }

    /** @throws ScenarioException when it is missing */
    YamlNode require(Map<String, YamlNode> values, String key) {
        return find(values, key).orElseThrow(() -> error("\"" + key + "\" is missing"));
    }

    /** Each member of a list, made something. */
    <T> List<T> map(Function<YamlNode, T> read) {
        List<T> values = new ArrayList<>();
        list().forEach(each -> values.add(read.apply(each)));
        return values;
    }
}
